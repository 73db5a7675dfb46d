export { SubmitPage } from "./SubmitPage";
