import '@backstage/ui/css/styles.css';
import ReactDOM from 'react-dom/client';
import { app } from './App';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element with the id "root" to show the portal in.');
ReactDOM.createRoot(root).render(app.createRoot());
